import type { ExpressionFault } from './tokens.ts'

/** characters shown on each side of the fault */
const sideChars = 40

/** What is wrong with an expression, for people: the reason, and below it the text with a caret under the place. */
export function faultText(text: string, { message, at }: ExpressionFault): string {
  const from = Math.max(0, at - sideChars)
  const to = Math.min(text.length, at + sideChars)
  const before = from > 0 ? '…' : ''
  const shown = text.slice(from, to).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
  const caret = ' '.repeat(before.length + at - from)
  return `${message} (at character ${at + 1})\n  ${before}${shown}${to < text.length ? '…' : ''}\n  ${caret}^`
}
