/**
 * What moves the cursor, changes colours, clears the screen or turns the direction of writing: C0 but tab and newline,
 * DEL, C1, and the marks of bidirectional text.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
/** Of the escape sequences only those that `colours.ts` makes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const ownColour = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Text of another peer as it can be shown: what a terminal would obey stands there as \u001b and the like. */
export function visible(text: string): string {
  return text.replace(controls, escaped)
}

/** The same for text that is to stay on one line, such as a name. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}

/** Every text in plain data from another peer. */
export function visibleData<T>(data: T): T {
  if (typeof data === 'string') return visible(data) as T
  if (Array.isArray(data)) return data.map(visibleData) as T
  if (typeof data !== 'object' || data === null || data instanceof Uint8Array) return data
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [visible(name), visibleData(value)])) as T
}

/** What leaves for a terminal: colours of our own stay. JSON stays the same JSON. */
export function visibleOutput(text: string): string {
  return text
    .split(ownColour)
    .map((part, i) => (i % 2 === 1 ? part : visible(part)))
    .join('')
}
