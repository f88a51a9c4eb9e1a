internal import GatehouseCore

/// Registry rows as two parts: columns that say who belongs to whom and until when, and those that name or admit somebody.
/// On disk both are sealed as one; rows from before have the first part in clear, which their seal covers.
enum RegistryCodec {
    /// What is sealed of a row.
    static func whole(_ row: RegistryRow) -> [UInt8] {
        let (plain, secret) = encode(row)
        return whole(plain: plain, secret: secret)
    }

    static func whole(plain: [UInt8], secret: [UInt8]) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(plain.count + secret.count + 1)
        octets.appendCanonical(arrayOf: 2)
        return octets + plain + secret
    }

    static func encode(_ row: RegistryRow) -> (plain: [UInt8], sealed: [UInt8]) {
        let plain: [CanonicalValue]
        let secret: [CanonicalValue]
        switch row {
        case .community(let row):
            plain = [.text(row.code), .text(row.name)]
            secret = []
        case .dwelling(let row):
            plain = [
                .integer(Int64(row.community)), .text(row.code), .text(row.use.rawValue),
                optional(row.places.map { Int64($0) }),
            ]
            secret = []
        case .person(let row):
            plain = [
                .integer(Int64(row.role.rawValue)), .integer(Int64(row.status.rawValue)),
                .integer(Int64(row.dwelling ?? 0)), .array(row.groups.map { .text($0) }), optional(row.validFrom),
                optional(row.validUntil), .integer(Int64(row.responsible ?? 0)), .text(row.shift ?? ""),
                .boolean(row.needsTime),
            ]
            // Rows without them are as those of earlier versions.
            let office: [CanonicalValue] =
                row.phone.isEmpty && row.note.isEmpty ? [] : [.text(row.phone), .text(row.note)]
            secret = [.text(row.reference), .text(row.name)] + office
        case .tenancy(let row):
            plain = [
                .integer(Int64(row.dwelling)), .array(row.tenants.map { .integer(Int64($0)) }),
                .integer(Int64(row.firstDay)), .integer(Int64(row.lastDay)), .integer(row.starts), .integer(row.ends),
                .integer(Int64(row.landlord ?? 0)), .integer(Int64(row.step.rawValue)),
                .integer(Int64(row.renews ?? 0)),
            ]
            secret = [.text(row.contract)]
        case .credential(let row):
            plain = [
                .integer(Int64(row.person)), .integer(Int64(row.kind.rawValue)), .integer(Int64(row.status.rawValue)),
                optional(row.validFrom), optional(row.validUntil), .boolean(row.isDuress),
                .integer(Int64(row.uses ?? 0)), .integer(Int64(row.firstUseSpan ?? 0)),
                .integer(Int64(row.vehicle ?? 0)),
            ]
            // Rows without them are as those of earlier versions.
            let others = row.others.map { CanonicalValue.array([.octets($0.key.octets), .text($0.label)]) }
            secret =
                [.octets(row.key.octets), .text(row.label), .text(row.note)] + (others.isEmpty ? [] : [.array(others)])
        case .vehicle(let row):
            plain = [.integer(Int64(row.dwelling)), .integer(Int64(row.keeper))]
            secret = [.text(row.plate)]
        case .consent(let row):
            plain = [
                .integer(Int64(row.person)), .integer(Int64(row.guardian ?? 0)), .integer(row.given),
                optional(row.withdrawn), optional(row.deleteBy), optional(row.deleted),
            ]
            secret = [.text(row.basis)]
        }
        return (CanonicalValue.array(plain).encoded(), CanonicalValue.array(secret).encoded())
    }

    /// A row from what stands beside its seal, which is empty where all of it is sealed, and what was under it. Rows of the first
    /// schema have the first columns of each kind only.
    static func decode(kind: RegistryKind, id: UInt32, plain: [UInt8], secret: [UInt8]) -> RegistryRow? {
        let parts =
            plain.isEmpty
            ? CanonicalValue(decoding: secret)?.array
            : [CanonicalValue(decoding: plain), CanonicalValue(decoding: secret)].compactMap(\.self)
        guard let parts, parts.count == 2, let plain = parts[0].array, let secret = parts[1].array else { return nil }
        let columns = Columns(plain: plain, secret: secret)
        return switch kind {
        case .community: columns.community(id)
        case .dwelling: columns.dwelling(id)
        case .person: columns.person(id)
        case .tenancy: columns.tenancy(id)
        case .credential: columns.credential(id)
        case .vehicle: columns.vehicle(id)
        case .consent: columns.consent(id)
        }
    }

    /// The columns of a row, as they were stored.
    private struct Columns {
        let plain: [CanonicalValue]
        let secret: [CanonicalValue]

        private func number(_ index: Int) -> UInt32? {
            plain.count > index ? plain[index].integer.flatMap { UInt32(exactly: $0) } : nil
        }
        /// 0 and a missing column are none.
        private func link(_ index: Int) -> UInt32? { number(index).flatMap { $0 == 0 ? nil : $0 } }

        func community(_ id: UInt32) -> RegistryRow? {
            guard plain.count == 2, let code = plain[0].text, let name = plain[1].text else { return nil }
            return .community(CommunityRow(id: id, code: code, name: name))
        }

        func dwelling(_ id: UInt32) -> RegistryRow? {
            guard plain.count == 3 || plain.count == 4, let community = number(0), let code = plain[1].text,
                let use = plain[2].text.flatMap(DwellingUse.init(rawValue:))
            else { return nil }
            let places = plain.count == 4 ? plain[3].integer.map { UInt8(clamping: $0) } : nil
            return .dwelling(DwellingRow(id: id, community: community, code: code, use: use, places: places))
        }

        func person(_ id: UInt32) -> RegistryRow? {
            guard plain.count == 6 || plain.count == 9, secret.count == 2 || secret.count == 4,
                let role = number(0).flatMap({ PersonRole(rawValue: UInt8(clamping: $0)) }),
                let status = number(1).flatMap({ PersonStatus(rawValue: UInt8(clamping: $0)) }),
                let dwelling = number(2), let groups = plain[3].array, let reference = secret[0].text,
                let name = secret[1].text
            else { return nil }
            return .person(
                PersonRow(
                    id: id, reference: reference, name: name, role: role, status: status,
                    dwelling: dwelling == 0 ? nil : dwelling, groups: groups.compactMap(\.text),
                    validFrom: plain[4].integer, validUntil: plain[5].integer, responsible: link(6),
                    shift: plain.count > 7 ? plain[7].text.flatMap { $0.isEmpty ? nil : $0 } : nil,
                    needsTime: plain.count > 8 && plain[8].boolean == true,
                    phone: secret.count > 3 ? secret[2].text ?? "" : "",
                    note: secret.count > 3 ? secret[3].text ?? "" : ""))
        }

        func tenancy(_ id: UInt32) -> RegistryRow? {
            guard plain.count == 6 || plain.count == 9, secret.count == 1, let dwelling = number(0),
                let tenants = plain[1].array,
                let first = plain[2].integer, let last = plain[3].integer, let starts = plain[4].integer,
                let ends = plain[5].integer, let contract = secret[0].text,
                let step = plain.count == 6
                    ? .registered : number(7).flatMap({ TenancyStep(rawValue: UInt8(clamping: $0)) })
            else { return nil }
            return .tenancy(
                TenancyRow(
                    id: id, dwelling: dwelling,
                    tenants: tenants.compactMap { $0.integer.flatMap { UInt32(exactly: $0) } },
                    firstDay: Int32(clamping: first), lastDay: Int32(clamping: last), starts: starts, ends: ends,
                    contract: contract, landlord: link(6), step: step, renews: link(8)))
        }

        func credential(_ id: UInt32) -> RegistryRow? {
            guard plain.count == 6 || plain.count == 9,
                secret.count == plain.count / 3 || plain.count == 9 && secret.count == 4, let person = number(0),
                let kind = number(1).flatMap({ CredentialKind(rawValue: UInt8(clamping: $0)) }),
                let status = number(2).flatMap({ CredentialStatus(rawValue: UInt8(clamping: $0)) }),
                let isDuress = plain[5].boolean, let key = secret[0].octets.flatMap({ CredentialKey(octets: $0) }),
                let label = secret[1].text, let others = others()
            else { return nil }
            return .credential(
                CredentialRow(
                    id: id, person: person, kind: kind, key: key, label: label, status: status,
                    validFrom: plain[3].integer, validUntil: plain[4].integer, isDuress: isDuress,
                    note: secret.count > 2 ? secret[2].text ?? "" : "",
                    uses: link(6).map { UInt16(clamping: $0) }, firstUseSpan: link(7),
                    vehicle: link(8), others: others))
        }

        /// The further numbers of a card; nil where they are none.
        private func others() -> [CredentialRow.OtherNumber]? {
            guard secret.count == 4 else { return [] }
            guard let all = secret[3].array else { return nil }
            let read = all.compactMap { value -> CredentialRow.OtherNumber? in
                guard let parts = value.array, parts.count == 2,
                    let key = parts[0].octets.flatMap({ CredentialKey(octets: $0) }), let label = parts[1].text
                else { return nil }
                return CredentialRow.OtherNumber(key: key, label: label)
            }
            return read.count == all.count ? read : nil
        }

        func vehicle(_ id: UInt32) -> RegistryRow? {
            guard plain.count == 2, secret.count == 1, let dwelling = number(0), let keeper = number(1),
                let plate = secret[0].text
            else { return nil }
            return .vehicle(VehicleRow(id: id, dwelling: dwelling, keeper: keeper, plate: plate))
        }

        func consent(_ id: UInt32) -> RegistryRow? {
            guard plain.count == 6, secret.count == 1, let person = number(0), let given = plain[2].integer,
                let basis = secret[0].text
            else { return nil }
            return .consent(
                ConsentRow(
                    id: id, person: person, basis: basis, guardian: link(1), given: given,
                    withdrawn: plain[3].integer, deleteBy: plain[4].integer, deleted: plain[5].integer))
        }
    }

    /// What the seal of a row covers beside what is sealed.
    static func associated(kind: RegistryKind, id: UInt32, from: UInt64, to: UInt64?, plain: [UInt8]) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(plain.count + 32)
        octets.appendCanonical(arrayOf: 5)
        octets.appendCanonical(Int64(kind.rawValue))
        octets.appendCanonical(Int64(id))
        octets.appendCanonical(Int64(from))
        octets.appendCanonical(to.map { Int64($0) } ?? -1)
        octets.appendCanonical(octets: plain)
        return octets
    }

    private static func optional(_ value: Int64?) -> CanonicalValue { value.map { .integer($0) } ?? .boolean(false) }
}
