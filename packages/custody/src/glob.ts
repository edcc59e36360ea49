/**
 * Whether a text matches a pattern: `*` stands for any text, `?` for any one character, all else for itself. Patterns come
 * from other peers, so the steps are bounded by text × pattern: only the last `*` is ever tried again.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  let at = 0
  let p = 0
  /** where the last `*` stood, and up to where it has taken the text */
  let star = -1
  let taken = 0
  while (at < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++
      taken = at
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[at])) {
      p++
      at++
    } else if (star >= 0) {
      p = star + 1
      at = ++taken
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
