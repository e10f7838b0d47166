/// A key press, or another thing that a terminal reports, as the rest of the program sees it.
public enum Key: Hashable, Sendable {
    /// A printable character, Shift already applied.
    case character(Character)
    /// Control with a letter (`c` for ^C) or one of `@ [ \ ] ^ _` (^Space is `@`).
    case control(Character)
    /// Alt (Meta) with a key: ESC sent before it.
    case alt(Character)
    case enter, escape, tab, backTab, backspace, delete, insert
    case up, down, left, right, home, end, pageUp, pageDown
    case shiftUp, shiftDown, shiftLeft, shiftRight
    case controlUp, controlDown, controlLeft, controlRight
    /// F1…F12
    case function(Int)
    case mouse(MouseEvent)
    /// Text pasted between the markers of bracketed paste, as the terminal sent it.
    case paste(String)
    case focusGained, focusLost
}

/// What the mouse did; coordinates are cells from 0.
public struct MouseEvent: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        case press(Button), release(Button), drag(Button)
        case wheelUp, wheelDown, wheelLeft, wheelRight
    }
    public enum Button: Hashable, Sendable { case left, middle, right }

    public var action: Action
    public var at: Point
    public var isShifted: Bool
    public var isControlled: Bool

    public init(
        _ action: Action, at: Point, isShifted: Bool = false, isControlled: Bool = false
    ) {
        self.action = action
        self.at = at
        self.isShifted = isShifted
        self.isControlled = isControlled
    }
}
