/// Instances of mapped tasks are named by their task and the index of their item.
extension TaskID {
    /// The id of the instance of this mapped task at `index`: `publish[3]`.
    public func instance(_ index: Int) -> TaskID { TaskID("\(name)[\(index)]") }

    /// The mapped task and the index of which this is an instance; nil for every other id, as no
    /// task of a file has brackets in its name.
    public var instanceParts: (task: TaskID, index: Int)? {
        guard name.utf8.last == UInt8(ascii: "]"), let open = name.lastIndex(of: "["),
            let index = Int(name[name.index(after: open)...].dropLast()), index >= 0
        else { return nil }
        return (TaskID(String(name[..<open])), index)
    }
}
