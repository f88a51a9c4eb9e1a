package import GatehouseCore

/// A part of a YAML file. A scalar is the text that stands there: what it means, the schema decides, so that a card number
/// `0123456` never turns octal and `on` is no truth value.
package struct YAMLNode: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case scalar(String, isQuoted: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
        /// Something that is not accepted here, such as an alias. It was reported; nobody needs to complain again.
        case refused
    }

    package struct Entry: Hashable, Sendable {
        package var key: String
        package var keyPosition: TextPosition
        package var value: YAMLNode
    }

    package var content: Content
    package var position: TextPosition

    package init(_ content: Content, at position: TextPosition) {
        self.content = content
        self.position = position
    }

    /// `key:` with nothing after it.
    package var isAbsent: Bool { content == .scalar("", isQuoted: false) }

    /// What the node is, in words of the installer.
    package var kind: Sentence {
        switch content {
        case .scalar: isAbsent ? Sentence("nothing") : Sentence("a single value")
        case .sequence: Sentence("a list")
        case .mapping: Sentence("a group of keys")
        case .refused: Sentence("something refused")
        }
    }
}
