public import PaneKit

/// A set of keys that comes with the program.
public enum KeyPreset: String, CaseIterable, Hashable, Sendable {
    /// The keys as the code binds them.
    case standard = "default"
    /// For fingers used to k9s.
    case k9s
    /// For fingers used to vim.
    case vim

    /// The preset's key file; empty for the default.
    public var text: String {
        let bytes: [UInt8] =
            switch self {
            case .standard: []
            case .k9s: PackageResources.k9s_yml
            case .vim: PackageResources.vim_yml
            }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `base` with the preset's keys.
    public func applied(to base: KeyTables) -> KeyTables {
        self == .standard
            ? base : KeyFile.reading(text, file: rawValue + ".yml", over: base).tables
    }
}
