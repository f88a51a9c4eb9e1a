/// The version of all programs of one build.
package enum GatehouseVersion {
    package static let text = "0.3.0"
    /// No clock that stands before the day of the release is right.
    package static let released = CivilTime(seconds: 1_795_478_400)
}
