/** Calls of one lane that may be known at once; more than a host ever lines up. */
const callsMax = 64

/** How far a call is, as both sides of a lane see it: two bits beside its number. */
const over = 0
const lined = 1
const begun = 2
/** by the peer: it does not begin, or its thread goes no further than its end */
const revoked = 3

/**
 * What a thread and its peer must agree on at once, in memory that they share: whether a call that is lined up has begun.
 * Whoever changes its state first has it. Each call has a number, one more than the one before.
 */
export class CallClaims {
  readonly shared: SharedArrayBuffer
  readonly #states: Int32Array

  constructor(shared = new SharedArrayBuffer(callsMax * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared
    this.#states = new Int32Array(shared)
  }

  /**
   * By the peer, before the thread hears of it: the place of a call of long ago is this one's. False: that call is not over, and
   * keeps it. Of one that was taken back the thread may not have heard yet: it finds another number there.
   */
  put(call: number): boolean {
    const before = Atomics.load(this.#states, call % callsMax) & 3
    if (before === lined || before === begun) return false
    Atomics.store(this.#states, call % callsMax, stateOf(call, lined))
    return true
  }

  /** By the thread. False: it was taken back, and nothing of it may happen. */
  begin(call: number): boolean {
    return this.#change(call, lined, begun)
  }

  /** By the thread, before the call behind it begins. False: the thread is about to be ended, and must do nothing more. */
  end(call: number): boolean {
    return this.#change(call, begun, over)
  }

  /** By either side, and true for one of them. True: it has not begun, and never will. */
  takeBack(call: number): boolean {
    return this.#change(call, lined, revoked)
  }

  /** By the peer, of one that has begun. False: it is over, and its answer on the way. */
  revoke(call: number): boolean {
    return this.#change(call, begun, revoked)
  }

  /** It was taken back, or its thread goes no further than its end. */
  isRevoked(call: number): boolean {
    return Atomics.load(this.#states, call % callsMax) === stateOf(call, revoked)
  }

  #change(call: number, from: number, to: number): boolean {
    const before = stateOf(call, from)
    return Atomics.compareExchange(this.#states, call % callsMax, before, stateOf(call, to)) === before
  }
}

/** Of the number its lower 30 bits. */
function stateOf(call: number, state: number): number {
  return (call << 2) | state
}
