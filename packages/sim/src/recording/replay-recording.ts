import { readFileSync, statSync } from 'node:fs'
import { type Recording, readRecording } from '@souk/wire'
import { breachesOf } from './check-recording.ts'
import { eventLine, namesIn } from './recording-text.ts'

/** larger is no export of a console, which keeps ten minutes */
const fileBytesMax = 256 * 1024 * 1024

/** The file cannot be replayed; the message says why and what to do. */
export class RecordingError extends Error {}

/** An exported file. Throws RecordingError. */
export function openRecording(path: string): Recording {
  let text: string
  try {
    const { size } = statSync(path)
    if (size > fileBytesMax) throw new Error(`it has ${size} bytes, at most ${fileBytesMax} are read`)
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new RecordingError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  const read = readRecording(text)
  if (!read.ok) throw new RecordingError(`${path}: ${read.message}`)
  return read.value
}

/** Tells an exported window again, event by event, and what promises it breaks; the exit code. Throws RecordingError. */
export function replayRecording(path: string, json: boolean, say: (text: string) => void): number {
  const recording = openRecording(path)
  const { events, moments, from, at } = recording
  const nameOf = namesIn(recording)
  const [first, last] = [events[0]?.wallMs ?? 0, events.at(-1)?.wallMs ?? 0]
  const violations = breachesOf(recording)
  const types: Record<string, number> = {}
  for (const { type } of events) types[type] = (types[type] ?? 0) + 1
  const peers = new Set(events.map(({ by }) => by ?? from.self)).size
  if (json) {
    say(
      JSON.stringify({
        replay: path,
        from,
        at,
        events: events.length,
        moments: moments.length,
        peers,
        types,
        violations,
      }),
    )
    return violations.length > 0 ? 1 : 0
  }
  say(`mesh ${from.mesh}, exported at ${from.name} on ${at}`)
  for (const event of events) say(eventLine(event, first, from.self, nameOf))
  for (const { invariant, wallMs, detail } of violations)
    say(`${invariant} violated at +${((wallMs - first) / 1000).toFixed(3)}s: ${detail}`)
  const seconds = ((last - first) / 1000).toFixed(1)
  say(
    `${events.length} events of ${peers} peers in ${seconds} s, ${moments.length} moments, ${violations.length} violations`,
  )
  return violations.length > 0 ? 1 : 0
}
