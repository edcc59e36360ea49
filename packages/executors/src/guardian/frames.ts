import type { RunLimits } from './run-limits.ts'

/**
 * What travels between a peer and its guardian: 9 bytes of head (payload length, type, run number), then the payload.
 * Binary, so that output is relayed without being copied into JSON.
 */
export const frameType = {
  /** peer -> guardian: JSON `SpawnOrder` */
  spawn: 1,
  /** bytes for the run's stdin */
  stdin: 2,
  stdinEnd: 3,
  /** u32: how long after SIGTERM the SIGKILL comes; 0 = SIGKILL now */
  kill: 4,
  /** when leased runs must be dead, unless another frame comes: see `encodeLeases` */
  leases: 5,
  /** JSON `PlaceOrder`: a task for a process that stands warm; answered by `started`, or by `exit` alone where it cannot take it */
  place: 6,
  /** guardian -> peer: JSON `Started` */
  started: 11,
  stdout: 12,
  stderr: 13,
  /** u32: bytes of stdin that were handed on */
  stdinTaken: 14,
  /** JSON `Exit`; the run's last frame: its group is gone */
  exit: 15,
  /** JSON `RunUse`, every two seconds for as long as it runs */
  use: 16,
  /** a process that was started warm has said that it is */
  ready: 17,
} as const

/** How to start one run. */
export interface SpawnOrder {
  argv: string[]
  env: Record<string, string>
  cwd: string
  stdin: boolean
  /** stdout + stderr relayed; what is over is read, counted and dropped */
  outputBytesMax: number
  /** when it must be dead by the host's clock, unless a frame of leases comes before; undefined: it has no lease */
  leaseEndsAt?: number
  /** 0 = none */
  timeoutMs: number
  /** SIGTERM to SIGKILL at the timeout */
  graceMs: number
  /** value of SOUK_FENCE, by which processes that left the group are found (Linux) */
  fence: string
  limits: RunLimits
  /** it has no task yet: it waits for one, and what it prints until then is nobody's */
  warm?: true
}

/** The task of a process that stands warm. From here on it is a run like any other, in the folder that it was started in. */
export interface PlaceOrder
  extends Pick<SpawnOrder, 'stdin' | 'outputBytesMax' | 'leaseEndsAt' | 'timeoutMs' | 'graceMs' | 'fence' | 'limits'> {
  /** one line for its standard input, before that of the task */
  line: string
}

export interface Started {
  pid: number
  /** see `processStart` */
  start: string
}

export interface Exit {
  code: number | null
  signal: string | null
  /** why the guardian ended it, '' when it ended by itself */
  cause: '' | 'killed' | 'timeout' | 'lease' | 'memory' | 'processes'
  droppedBytes: number
  cpuMs: number
  memoryPeakBytes: number
  /** processes and threads, at the last look of the watchdog */
  processesSeen: number
  /** how often the kernel refused it another process */
  forksRefused: number
  /** why its limits were only watched, though the kernel should have kept them; '' when all went well */
  unlimited: string
  /** of one that stood warm, or was about to, and got no task: what it said last on standard error */
  lastError?: string
  /** set when it could not be started */
  error?: { code: string; message: string }
  /** false: some process of the group survived SIGKILL (it hangs in the kernel) */
  gone: boolean
}

/** What a run has at a time. */
export interface RunUse {
  memoryBytes?: number
  /** average since it was last told */
  cpuMilli?: number
}

export interface GuardianFrame {
  type: number
  run: number
  payload: Buffer
}

const headBytes = 9
/** One spawn order with the largest argv and environment that a task record can carry fits; above it the channel is broken. */
const payloadBytesMax = 16 * 1024 * 1024

export function encodeFrame(type: number, run: number, payload: Uint8Array | string | undefined): Buffer {
  const body = payload === undefined ? undefined : typeof payload === 'string' ? Buffer.from(payload) : payload
  const size = body?.byteLength ?? 0
  const frame = Buffer.allocUnsafe(headBytes + size)
  frame.writeUInt32LE(size, 0)
  frame.writeUInt8(type, 4)
  frame.writeUInt32LE(run, 5)
  if (body) frame.set(body, headBytes)
  return frame
}

export function encodeNumber(type: number, run: number, value: number): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + 4)
  frame.writeUInt32LE(4, 0)
  frame.writeUInt8(type, 4)
  frame.writeUInt32LE(run, 5)
  frame.writeUInt32LE(value, headBytes)
  return frame
}

const leaseBytes = 4 + 8

/** A run, and when its lease ends by the host's clock. */
export interface LeaseEnd {
  run: number
  endsAt: number
}

/** u32 run, f64 ms, of each. */
export function encodeLeases(leases: readonly LeaseEnd[]): Buffer {
  const payload = Buffer.allocUnsafe(leases.length * leaseBytes)
  leases.forEach(({ run, endsAt }, i) => {
    payload.writeUInt32LE(run, i * leaseBytes)
    payload.writeDoubleLE(endsAt, i * leaseBytes + 4)
  })
  return encodeFrame(frameType.leases, 0, payload)
}

export function decodeLeases(payload: Buffer): LeaseEnd[] {
  return Array.from({ length: Math.floor(payload.length / leaseBytes) }, (_, i) => {
    return { run: payload.readUInt32LE(i * leaseBytes), endsAt: payload.readDoubleLE(i * leaseBytes + 4) }
  })
}

/** Cuts a byte stream into frames. Throws on a length above 16 MiB: the other side is not a guardian or its peer. */
export class FrameReader {
  #parts: Buffer[] = []
  #bytes = 0
  #needed = headBytes
  readonly #onFrame: (frame: GuardianFrame) => void

  constructor(onFrame: (frame: GuardianFrame) => void) {
    this.#onFrame = onFrame
  }

  push(chunk: Buffer): void {
    this.#parts.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes < this.#needed) return
    let buffer = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts, this.#bytes)
    while (buffer.length >= headBytes) {
      const size = buffer.readUInt32LE(0)
      if (size > payloadBytesMax)
        throw new Error(`a frame of ${size} bytes came, at most ${payloadBytesMax} are allowed`)
      this.#needed = headBytes + size
      if (buffer.length < this.#needed) break
      const payload = buffer.subarray(headBytes, this.#needed)
      const frame = { type: buffer.readUInt8(4), run: buffer.readUInt32LE(5), payload }
      buffer = buffer.subarray(this.#needed)
      this.#needed = headBytes
      this.#onFrame(frame)
    }
    this.#parts = buffer.length === 0 ? [] : [buffer]
    this.#bytes = buffer.length
  }
}
