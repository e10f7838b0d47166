/// How text with a role looks.
public struct TextStyle: Hashable, Sendable {
    /// Nil: what plain text has.
    public var foreground: Color?
    public var emphasis: Emphasis
    /// What takes the place of `emphasis` where there is no colour; nil leaves it.
    public var withoutColor: Emphasis?

    public init(
        foreground: Color? = nil, emphasis: Emphasis = [], withoutColor: Emphasis? = nil
    ) {
        self.foreground = foreground
        self.emphasis = emphasis
        self.withoutColor = withoutColor
    }
}

/// How a surface looks.
public struct SurfaceStyle: Hashable, Sendable {
    /// Nil: what the base has.
    public var background: Color?
    /// Replaces the foreground of every role on it; nil leaves the roles theirs.
    public var foreground: Color?
    public var emphasis: Emphasis
    /// What makes the surface visible where its colour cannot be told from the base.
    public var withoutColor: Emphasis

    public init(
        background: Color? = nil, foreground: Color? = nil, emphasis: Emphasis = [],
        withoutColor: Emphasis = []
    ) {
        self.background = background
        self.foreground = foreground
        self.emphasis = emphasis
        self.withoutColor = withoutColor
    }
}

/// What a cell looks like in the end: colours of the terminal's depth, and weight.
public struct CellStyle: Hashable, Sendable {
    public var foreground: Color
    public var background: Color
    public var emphasis: Emphasis

    public init(foreground: Color, background: Color, emphasis: Emphasis) {
        self.foreground = foreground
        self.background = background
        self.emphasis = emphasis
    }
}

/// Colours and weights of every role and surface.
public struct Theme: Hashable, Sendable {
    public var name: String
    private var texts: [TextStyle]
    private var grounds: [SurfaceStyle]

    /// A theme without colours, whose surfaces are told apart by weight and reverse.
    public init(name: String) {
        self.name = name
        texts = [TextStyle](repeating: TextStyle(), count: Role.allCases.count)
        grounds = Surface.allCases.map { SurfaceStyle(withoutColor: $0.emphasisWithoutColor) }
    }

    public subscript(role: Role) -> TextStyle {
        get { texts[Int(role.rawValue)] }
        set { texts[Int(role.rawValue)] = newValue }
    }

    public subscript(surface: Surface) -> SurfaceStyle {
        get { grounds[Int(surface.rawValue)] }
        set { grounds[Int(surface.rawValue)] = newValue }
    }

    /// The look of a cell on a terminal of `depth`.
    ///
    /// A surface that is, at this depth, not told from the base by colour or weight is told by its
    /// `withoutColor` emphasis; a foreground that would equal its background gives way to black or
    /// white.
    public func style(
        role: Role, surface: Surface, emphasis: Emphasis = [], depth: ColorDepth
    ) -> CellStyle {
        let text = self[role]
        let ground = self[surface]
        guard depth != .none else {
            let all = emphasis.union(text.withoutColor ?? text.emphasis).union(ground.withoutColor)
            return CellStyle(foreground: .terminal, background: .terminal, emphasis: all)
        }
        let wantedFront = ground.foreground ?? text.foreground ?? self[.plain].foreground
        let base = (self[.base].background ?? .terminal).reduced(to: depth)
        let back = (ground.background ?? self[.base].background ?? .terminal).reduced(to: depth)
        var front = (wantedFront ?? .terminal).reduced(to: depth)
        var all = emphasis.union(text.emphasis).union(ground.emphasis)
        let isTold = back != base || ground.foreground != nil || !ground.emphasis.isEmpty
        if !isTold { all.formUnion(ground.withoutColor) }
        if depth == .eight, wantedFront?.reduced(to: .sixteen).isBright == true {
            all.insert(.bold)
        }
        if front == back, let light = back.luminance {
            front = .standard(light < 0.18 ? 7 : 0)
        }
        return CellStyle(foreground: front, background: back, emphasis: all)
    }
}

extension Color {
    fileprivate var isBright: Bool {
        if case .standard(let number) = self { number & 15 > 7 } else { false }
    }
}

extension Surface {
    /// What makes the surface visible without colour unless a theme says otherwise.
    public var emphasisWithoutColor: Emphasis {
        switch self {
        case .base, .popup: []
        case .selected, .bar: .reverse
        case .selectedUnfocused: .underline
        case .marked: .bold
        case .match: .underline
        case .matchCurrent: [.reverse, .bold]
        }
    }
}
