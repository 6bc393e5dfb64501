/// What the columns of a file mean.
package struct ImportMapping: Equatable, Sendable {
    /// What one column means.
    package enum Target: Hashable, Sendable {
        /// A field the import knows.
        case known(ImportField)
        /// A field of the contact under this name, for the model.
        case free(String)
        /// Nothing: no header, the reason column of an earlier run, or beyond ``Limits/fieldsPerContact``.
        case leftOut
    }

    /// One column.
    package struct Column: Equatable, Sendable {
        /// Its header as the file has it.
        package var header: String
        /// What it means.
        package var target: Target
    }

    /// A person's own word on one column: `field=Header`.
    package struct Override: Equatable, Sendable {
        /// A field's name, known or new.
        package var field: String
        /// A header of the file; empty to say that no column is the field.
        package var header: String

        /// From the form `field=Header`.
        package init(_ text: String) throws(ImportFailure) {
            guard let sign = text.firstIndex(of: "=") else { throw .malformedOverride(text) }
            self.field = FoldedName(String(text[..<sign])).snakeCase
            self.header = String(text[text.index(after: sign)...])
            guard !self.field.isEmpty else { throw .malformedOverride(text) }
        }
    }

    /// The columns, in the file's order.
    package private(set) var columns: [Column]
    /// The product the file looks like an export of.
    package let product: ImportProduct?

    /// The mapping of a header row: by the overrides, then by the known headers, then as free fields.
    ///
    /// Throws when an override names a header the file lacks, or nothing can identify a contact.
    package init(header: [String], overrides: [Override] = []) throws(ImportFailure) {
        let names = header.map(FoldedName.init)
        self.product = ImportProduct.detect(names)
        var targets = [Target?](repeating: nil, count: header.count)
        var settled: Set<ImportField> = []
        for override in overrides {
            let known = ImportField(rawValue: override.field)
            if let known { settled.insert(known) }
            if override.header.isEmpty { continue }
            let wanted = FoldedName(override.header)
            guard let column = header.firstIndex(of: override.header) ?? names.firstIndex(of: wanted) else {
                throw .unknownHeader(override.header)
            }
            targets[column] = known.map(Target.known) ?? .free(override.field)
        }
        Self.settleKnown(names, settled: settled, targets: &targets)
        Self.settleFree(names, targets: &targets)
        self.columns = zip(header, targets).map { Column(header: $0, target: $1 ?? .leftOut) }
        guard self.column(of: .crmID) != nil || self.column(of: .email) != nil else { throw .noKeyColumn }
    }

    /// The index of the column that is `field`.
    package func column(of field: ImportField) -> Int? {
        self.columns.firstIndex { $0.target == .known(field) }
    }

    /// Gives each field the column whose header is the most telling.
    private static func settleKnown(_ names: [FoldedName], settled: Set<ImportField>, targets: inout [Target?]) {
        var best: [ImportField: (column: Int, rank: Int)] = [:]
        for (column, name) in names.enumerated() where targets[column] == nil {
            guard let (field, rank) = ImportField.byHeader[name.key], !settled.contains(field) else { continue }
            if let other = best[field], other.rank <= rank { continue }
            best[field] = (column, rank)
        }
        // "Name" alone is both names; beside a first name it is the last one.
        let hasFirst = best[.firstName] != nil || settled.contains(.firstName)
        let hasFull = best[.fullName] != nil || settled.contains(.fullName)
        if let last = best[.lastName], ["nom", "name"].contains(names[last.column].key), !hasFirst, !hasFull {
            best[.lastName] = nil
            best[.fullName] = last
        }
        for (field, choice) in best { targets[choice.column] = .known(field) }
    }

    /// Names the columns that are left, without taking a name twice.
    private static func settleFree(_ names: [FoldedName], targets: inout [Target?]) {
        var taken = Set(ImportField.allCases.map(\.rawValue))
        var count = 0
        for case .some(let target) in targets {
            switch target {
            case .known(let field): count += field.isModelField ? 1 : 0
            case .free(let name):
                taken.insert(name)
                count += 1
            case .leftOut: continue
            }
        }
        for (column, name) in names.enumerated() where targets[column] == nil {
            let base = name.snakeCase
            guard !base.isEmpty, base != RefusedLines.reasonHeader, base.utf8.count < Limits.nameBytes - 8,
                count < Limits.fieldsPerContact
            else { continue }
            var unique = base
            var number = 2
            while !taken.insert(unique).inserted {
                unique = "\(base)_\(number)"
                number += 1
            }
            targets[column] = .free(unique)
            count += 1
        }
    }
}
