import { Console } from 'node:console'
import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'

/** A reader of a pipe that is slow gets so much time, all tries together, before what it does not take is dropped. */
const triesMax = 50
const tryMs = 2
const standardError = 2
const clock = new Int32Array(new SharedArrayBuffer(4))

/**
 * The log on standard error, written at once: the last line before a crash is the one that matters. What cannot be
 * written (the log is a file on a disk that is full or fails) is dropped; a peer must outlive that.
 */
export const logDestination = {
  write(line: string): void {
    let rest: Uint8Array = Buffer.from(line)
    for (let tries = 0; rest.length > 0 && tries < triesMax; ) {
      try {
        rest = rest.subarray(writeSync(standardError, rest))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
        tries++
        Atomics.wait(clock, 0, 0, tryMs)
      }
    }
  },
}

/**
 * What libraries print goes the same way. Node's own console throws where standard error is a file that cannot be
 * written: out of a callback, and so a full disk would end the peer.
 */
export function printThroughLog(): void {
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _, done) {
      logDestination.write(text)
      done()
    },
  })
  globalThis.console = new Console({ stdout: stream, stderr: stream })
}
