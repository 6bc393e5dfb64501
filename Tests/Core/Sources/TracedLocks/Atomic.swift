import CTraced

/// What an ``Atomic`` holds: a word, or what fits in one.
public protocol AtomicWord: Sendable {
    /// As a word.
    var word: UInt64 { get }
    /// From a word.
    init(word: UInt64)
}

extension UInt64: AtomicWord {
    /// As a word.
    public var word: UInt64 { self }
    /// From a word.
    public init(word: UInt64) { self = word }
}

extension Int: AtomicWord {
    /// As a word.
    public var word: UInt64 { UInt64(bitPattern: Int64(self)) }
    /// From a word.
    public init(word: UInt64) { self = Int(Int64(bitPattern: word)) }
}

extension Bool: AtomicWord {
    /// As a word.
    public var word: UInt64 { self ? 1 : 0 }
    /// From a word.
    public init(word: UInt64) { self = word != 0 }
}

/// The standard library's orderings, by the compiler's numbers.
public enum AtomicOrdering: CInt, Sendable {
    case relaxed = 0
    case acquiring = 2
    case releasing = 3
    case acquiringAndReleasing = 4
    case sequentiallyConsistent = 5
}

/// The standard library's `Atomic`, as far as the project uses it, on words that the thread sanitizer sees.
///
/// `@unchecked Sendable`: the word is reached by atomic operations alone.
public struct Atomic<Value: AtomicWord>: ~Copyable, @unchecked Sendable {
    private let place: UnsafeMutablePointer<UInt64>

    /// An atomic value.
    public init(_ initial: Value) {
        self.place = .allocate(capacity: 1)
        self.place.initialize(to: initial.word)
    }

    deinit { self.place.deallocate() }

    /// The value.
    public func load(ordering: AtomicOrdering) -> Value {
        Value(word: traced_load(self.place, ordering.rawValue))
    }

    /// Sets it.
    public func store(_ value: Value, ordering: AtomicOrdering) {
        traced_store(self.place, value.word, ordering.rawValue)
    }

    /// Sets it; what it was.
    public func exchange(_ value: Value, ordering: AtomicOrdering) -> Value {
        Value(word: traced_exchange(self.place, value.word, ordering.rawValue))
    }

    /// Adds; what it is then.
    @discardableResult
    public func wrappingAdd(_ value: Value, ordering: AtomicOrdering) -> (newValue: Value, oldValue: Value) {
        let new = traced_add(self.place, value.word, ordering.rawValue)
        return (Value(word: new), Value(word: new &- value.word))
    }

    /// Subtracts; what it is then.
    @discardableResult
    public func wrappingSubtract(_ value: Value, ordering: AtomicOrdering) -> (newValue: Value, oldValue: Value) {
        let new = traced_add(self.place, 0 &- value.word, ordering.rawValue)
        return (Value(word: new), Value(word: new &+ value.word))
    }

    /// Adds.
    public func add(_ value: Value, ordering: AtomicOrdering) { self.wrappingAdd(value, ordering: ordering) }
}
