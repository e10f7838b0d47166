public import Domain

extension QueryFailure: UserFacingError {
    public var problem: String { message.hasSuffix(".") ? message : message + "." }
    public var remedy: String { "Check the file or table that is named, and the right to read it." }
}
