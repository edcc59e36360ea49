/** Marks a file as a console's export; fields of a newer version may mean something else. */
export const recordingFormat = 'souk-trace'
export const recordingVersion = 1

/** bounds of one file: several times what a console keeps */
const eventsMax = 200_000
const momentsMax = 10_000

/** One trace event; `by` absent: of the recording peer. */
export interface RecordedEvent {
  type: string
  wallMs: number
  by?: string
  [field: string]: unknown
}

/** How the mesh looked at one moment: lines as the API tells them. */
export interface RecordedMoment {
  wallMs: number
  peers: { id: string; name: string }[]
  tasks: { id: string }[]
}

/** A window of the trace of a mesh, as a console has exported it. */
export interface Recording {
  format: typeof recordingFormat
  version: number
  at: string
  from: { self: string; name: string; mesh: string }
  /** oldest first */
  events: RecordedEvent[]
  moments: RecordedMoment[]
  /** in the export of one task: all that was known of it */
  task?: { id: string }
  /** peers that did not tell their part of the events */
  missing?: string[]
  /** number of older events of that time that were left out */
  cut?: number
}

export type RecordingRead = { ok: true; value: Recording } | { ok: false; message: string }

/** Reads the text of an exported file. Never throws: the message says what is wrong and what would help. */
export function readRecording(text: string): RecordingRead {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return failure(whyNoJson(text, (error as Error).message))
  }
  const fault = faultIn(value)
  return fault === undefined ? { ok: true, value: inOrder(value as Recording) } : failure(fault)
}

const failure = (message: string): RecordingRead => ({ ok: false, message })

/** Why the text is no JSON. A console writes the format first, so a file that was cut off still shows what it was. */
function whyNoJson(text: string, reason: string): string {
  if (text.trim() === '') return 'the file is empty; export again'
  const begins = text.slice(0, 200).includes(`"${recordingFormat}"`)
  const at = Number(/position (\d+)/.exec(reason)?.[1] ?? text.length)
  if (begins && (at >= text.trimEnd().length || /end of JSON|unterminated/i.test(reason)))
    return `the file is cut off after ${text.length} characters; copy it again, or export again`
  return `the file is no export of a console: it is no JSON (${reason})`
}

function faultIn(value: unknown): string | undefined {
  if (!isObject(value) || value.format !== recordingFormat)
    return `the file is no export of a console: its "format" is not "${recordingFormat}"`
  const { version, at, from, events, moments, task, missing, cut } = value
  if (!Number.isInteger(version) || (version as number) < 1) return 'the export has no version; export again'
  if ((version as number) > recordingVersion)
    return `the export is of version ${version}, this program reads up to ${recordingVersion}; use a newer Souk`
  if (typeof at !== 'string' || !isObject(from) || ![from.self, from.name, from.mesh].every(isText))
    return 'the export does not say where it is from ("from": self, name, mesh)'
  if (task !== undefined && !(isObject(task) && isText(task.id))) return 'the "task" of the export has no id'
  if (missing !== undefined && !(Array.isArray(missing) && missing.every(isText)))
    return 'the export has a "missing" that is no list of peers'
  if (cut !== undefined && !(Number.isInteger(cut) && (cut as number) >= 0))
    return 'the export has a "cut" that is no number of events'
  return faultInList('events', events, eventsMax, isEvent) ?? faultInList('moments', moments, momentsMax, isMoment)
}

function faultInList(
  name: string,
  list: unknown,
  max: number,
  isRight: (each: unknown) => boolean,
): string | undefined {
  if (!Array.isArray(list)) return `the export has no list of ${name}`
  if (list.length > max) return `the export has ${list.length} ${name}; at most ${max} are read`
  const wrong = list.findIndex((each) => !isRight(each))
  return wrong < 0 ? undefined : `${name}[${wrong}] of the export is damaged`
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): boolean => typeof value === 'string'
const isOptionalText = (value: unknown): boolean => value === undefined || isText(value)
const isEvent = (value: unknown): boolean =>
  isObject(value) &&
  isText(value.type) &&
  Number.isFinite(value.wallMs) &&
  [value.by, value.task, value.peer, value.to, value.from].every(isOptionalText)
const isLine = (value: unknown): boolean => isObject(value) && isText(value.id)
const isMoment = (value: unknown): boolean =>
  isObject(value) &&
  Number.isFinite(value.wallMs) &&
  Array.isArray(value.peers) &&
  value.peers.every((peer) => isLine(peer) && isText(peer.name)) &&
  Array.isArray(value.tasks) &&
  value.tasks.every(isLine)

function inOrder(recording: Recording): Recording {
  const byTime = (a: { wallMs: number }, b: { wallMs: number }) => a.wallMs - b.wallMs
  return { ...recording, events: recording.events.sort(byTime), moments: recording.moments.sort(byTime) }
}
