/// A name that the configuration gives to a thing, typed by what it names. It is stable across restarts and stands
/// in the journal as it is.
package struct Identifier<Named>: Hashable, Comparable, Sendable, CustomStringConvertible,
    ExpressibleByStringLiteral
{
    package let name: String

    package init(_ name: String) { self.name = name }
    package init(stringLiteral name: String) { self.name = name }

    package var description: String { name }
    package static func < (left: Self, right: Self) -> Bool { left.name < right.name }
}

package enum PortalTag {}
package enum AccessPointTag {}
package enum ReaderTag {}
package enum AreaTag {}
package enum CameraTag {}
package enum DestinationTag {}
package enum CardFormatTag {}

package typealias PortalID = Identifier<PortalTag>
package typealias AccessPointID = Identifier<AccessPointTag>
package typealias ReaderID = Identifier<ReaderTag>
package typealias AreaID = Identifier<AreaTag>
package typealias CameraID = Identifier<CameraTag>
package typealias DestinationID = Identifier<DestinationTag>
/// The name of a card format as the table of `GatehouseProtocols` spells it: `H10301`, `UID34`, `EM4100`, `TEXT`.
package typealias CardFormatID = Identifier<CardFormatTag>
