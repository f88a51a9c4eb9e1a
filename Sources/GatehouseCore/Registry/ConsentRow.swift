/// Somebody agreed that a face module of this site knows their face, and may take it back (PIPL articles 15 and 29).
package struct ConsentRow: Hashable, Sendable {
    package var id: UInt32
    package var person: UInt32
    /// Where the consent is, or how it was given. Personal.
    package var basis: String
    /// Who agreed for a child.
    package var guardian: UInt32?
    package var given: Int64
    package var withdrawn: Int64?
    /// Until when the face has to be gone from every module.
    package var deleteBy: Int64?
    /// When it was.
    package var deleted: Int64?

    package init(
        id: UInt32, person: UInt32, basis: String, guardian: UInt32? = nil, given: Int64, withdrawn: Int64? = nil,
        deleteBy: Int64? = nil, deleted: Int64? = nil
    ) {
        self.id = id
        self.person = person
        self.basis = basis
        self.guardian = guardian
        self.given = given
        self.withdrawn = withdrawn
        self.deleteBy = deleteBy
        self.deleted = deleted
    }
}
