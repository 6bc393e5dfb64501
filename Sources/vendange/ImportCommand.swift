import ArgumentParser
import Domain
import Foundation

/// `vendange contacts import`.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import contacts from a CSV file of a CRM.",
        discussion: """
            Finds out delimiter and encoding, and knows the French and English headers of Zoho, Koban and HubSpot. The
            mapping and the first rows are printed before anything is sent. Lines that are refused come back in the
            file's own format with a column that says why; mend them and import that file.

            Importing the same file again changes nothing.
            """
    )

    @Argument(help: "The file.")
    var file: String

    @Flag(help: "Count what would happen, and change nothing.")
    var dryRun = false

    @Option(name: .customLong("map"), help: ArgumentHelp("Map a column by hand.", valueName: "field=Header"))
    var mappings: [String] = []

    @Option(help: "Where refused lines go. Without it, <file>.refused.csv.")
    var refused: String?

    @OptionGroup var service: ServiceOptions

    /// Contacts per call.
    private static let batch = 500

    func run() async throws {
        try await CommandFailure.guarding {
            guard let data = FileManager.default.contents(atPath: self.file) else {
                throw CommandFailure(.noInput, "\(self.file): cannot be read")
            }
            do {
                try await self.take(Array(data))
            } catch let failure as ImportFailure {
                throw CommandFailure(.badData, "\(self.file): \(failure.advice)")
            }
        }
    }

    private func take(_ bytes: [UInt8]) async throws {
        let overrides = try self.mappings.map { try ImportMapping.Override($0) }
        let file = try ImportFile(bytes: bytes)
        var run = try ImportRun(file, overrides: overrides)
        if !self.service.json { self.show(run.mapping, of: file) }

        let client = try self.service.client()
        var refusals = RefusedLines(file)
        var counts = ["new": 0, "changed": 0, "unchanged": 0, "duplicate": 0, "refused": 0]
        var pending: [(record: CSVRecord, draft: ContactDraft)] = []
        while let row = run.next(existing: { _ in nil }) {
            switch row.outcome {
            case .new(let draft), .changed(let draft), .unchanged(let draft): pending.append((row.record, draft))
            case .duplicate: counts["duplicate", default: 0] += 1
            case .refused: counts["refused", default: 0] += 1
            }
            if !row.outcome.problems.isEmpty { refusals.append(row.record, problems: row.outcome.problems) }
            if pending.count >= Self.batch {
                try await self.send(&pending, client, &counts, &refusals)
                self.progress(run.progress)
            }
        }
        try await self.send(&pending, client, &counts, &refusals)
        self.progress(1)
        try self.report(counts, refusals)
    }

    /// Sends what is pending; the service says what each contact came to.
    private func send(
        _ pending: inout [(record: CSVRecord, draft: ContactDraft)],
        _ client: ServiceClient,
        _ counts: inout [String: Int],
        _ refusals: inout RefusedLines
    ) async throws {
        guard !pending.isEmpty else { return }
        let body = JSON.object([
            "dry_run": .flag(self.dryRun), "contacts": .array(pending.map { JSON(draft: $0.draft) }),
        ])
        let answer = try await client.call("POST", "/contacts/import", body: body)
        for (item, sent) in zip(answer["items"].list, pending) {
            let result = item["result"].shown
            counts[result, default: 0] += 1
            if result == "refused" {
                let reasons = item["problems"].list.map { "\($0["field"].shown): expected \($0["expected"].shown)" }
                refusals.append(sent.record, refusedFor: reasons.joined(separator: "; "))
            }
        }
        pending = []
    }

    /// Rows shown before anything is sent.
    private static let shownRows = 3

    private func show(_ mapping: ImportMapping, of file: ImportFile) {
        print("encoding \(file.encoding.name), delimiter \(file.dialect.delimiter)")
        if let product = mapping.product { print("looks like an export of \(product)") }
        var rows = file.rows
        let first = (0..<Self.shownRows).compactMap { _ in rows.next() }
        var table = Table(["column", "becomes"] + first.map { "line \($0.line)" })
        for (index, column) in mapping.columns.enumerated() {
            let target =
                switch column.target {
                case .known(.note): "(not kept)"
                case .known(let field): field.rawValue
                case .free(let name): "field \(name)"
                case .leftOut: "(left out)"
                }
            let cells = first.map { index < $0.fields.count ? String($0.fields[index].prefix(24)) : "" }
            table.add([column.header, target] + cells)
        }
        print(table.text + "\n")
    }

    private func progress(_ share: Double) {
        guard !self.service.json, isatty(STDERR_FILENO) == 1 else { return }
        let filled = Int(share * 40)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 40 - filled)
        FileHandle.standardError.write(Data("\r[\(bar)] \(Int(share * 100)) %\(share >= 1 ? "\n" : "")".utf8))
    }

    private func report(_ counts: [String: Int], _ refusals: RefusedLines) throws {
        if self.service.json {
            print(JSON.object(counts.mapValues { .number(Double($0)) }).pretty)
        } else {
            let order = ["new", "changed", "unchanged", "duplicate", "refused"]
            print(order.map { "\($0) \(counts[$0] ?? 0)" }.joined(separator: ", ") + (self.dryRun ? " (dry run)" : ""))
        }
        guard refusals.count > 0 else { return }
        let path = self.refused ?? self.file + ".refused.csv"
        guard FileManager.default.createFile(atPath: path, contents: Data(refusals.bytes)) else {
            throw CommandFailure(.inputOutput, "\(path): cannot be written")
        }
        FileHandle.standardError.write(Data("refused lines: \(path)\n".utf8))
    }
}

extension JSON {
    /// A draft as `POST /contacts/import` takes it; what is not known is left out.
    init(draft: ContactDraft) {
        var members: [String: JSON] = [:]
        for (name, value) in [
            ("crm_id", draft.crmID), ("first_name", draft.firstName), ("last_name", draft.lastName),
            ("phone", draft.phone), ("mobile", draft.mobile), ("company", draft.company),
            ("company_domain", draft.companyDomain), ("owner_name", draft.ownerName), ("title", draft.title),
            ("role", draft.role), ("email", draft.email?.text),
            ("owner_email", draft.ownerEmail?.text),
            ("status", draft.status?.rawValue),
        ] {
            if let value, !value.isEmpty { members[name] = .string(value) }
        }
        if let consent = draft.mailConsent { members["mail_consent"] = .flag(consent) }
        if let objected = draft.objected { members["objected"] = .flag(objected) }
        if !draft.fields.isEmpty {
            members["fields"] = .object(
                Dictionary(draft.fields.map { ($0.name, .string($0.value)) }) { _, last in last }
            )
        }
        self = .object(members)
    }
}
