/// The themes that are part of the program: the files of this folder, as text.
public enum BuiltInThemes {
    /// The theme in use until the user names another: the terminal's own colours.
    public static let standard = "terminal"

    /// Every theme's name, in the order in which they are offered.
    public static let names = [
        "terminal", "dark", "light", "high-contrast", "deuteranopia", "protanopia", "tritanopia",
        "mono",
    ]

    /// The text of a theme's file; nil for a name that is none of ``names``.
    public static func text(of name: String) -> String? {
        let bytes: [UInt8]? =
            switch name {
            case "terminal": PackageResources.terminal_yml
            case "dark": PackageResources.dark_yml
            case "light": PackageResources.light_yml
            case "high-contrast": PackageResources.high_contrast_yml
            case "deuteranopia": PackageResources.deuteranopia_yml
            case "protanopia": PackageResources.protanopia_yml
            case "tritanopia": PackageResources.tritanopia_yml
            case "mono": PackageResources.mono_yml
            default: nil
            }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }
}
