import { operators } from './expression.ts'

/** A piece of an expression, and where it stands (index of its first character). */
export interface Token {
  kind: 'word' | 'quoted' | 'sign' | 'end'
  text: string
  at: number
}

/** What is wrong with the text of an expression, and where. */
export interface ExpressionFault {
  message: string
  /** index into the text */
  at: number
}

const signs = [...operators, '&&', '||', '!', '(', ')', ','] as const
/** the longest sign that matches wins */
const signsBySize = [...signs].sort((a, b) => b.length - a.length)
const space = /\s/u
const wordPart = /[\p{L}\p{N}_.:/@+-]/u
const control = /[\p{Cc}\p{Cs}]/u

/** The tokens of the text in order, the last of kind `end`; or the first fault. One pass, never throws. */
export function tokensOf(text: string): Token[] | ExpressionFault {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const char = charAt(text, at)
    if (space.test(char)) {
      at += char.length
      continue
    }
    const token = char === '"' ? quoted(text, at) : wordPart.test(char) ? word(text, at) : sign(text, at)
    if ('message' in token) return token
    tokens.push(token)
    at = token.end
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

const charAt = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at)!)

function word(text: string, at: number): Token & { end: number } {
  let end = at
  while (end < text.length && wordPart.test(charAt(text, end))) end += charAt(text, end).length
  return { kind: 'word', text: text.slice(at, end), at, end }
}

function quoted(text: string, at: number): (Token & { end: number }) | ExpressionFault {
  let value = ''
  for (let i = at + 1; i < text.length; ) {
    const char = charAt(text, i)
    if (char === '"') return { kind: 'quoted', text: value, at, end: i + 1 }
    if (control.test(char)) return { message: 'a control character inside quotes', at: i }
    if (char !== '\\') {
      value += char
      i += char.length
      continue
    }
    const escaped = text[i + 1]
    if (escaped !== '"' && escaped !== '\\') return { message: 'after \\ only " or \\ may stand', at: i }
    value += escaped
    i += 2
  }
  return { message: 'these quotes are never closed', at }
}

/** What to write for signs that people use elsewhere. */
const instead: Record<string, string> = {
  '=': '==',
  '&': '&&',
  '|': '||',
  "'": '"double quotes"',
  '<>': '!=',
}

function sign(text: string, at: number): (Token & { end: number }) | ExpressionFault {
  const found = signsBySize.find((each) => text.startsWith(each, at))
  if (found !== undefined) return { kind: 'sign', text: found, at, end: at + found.length }
  const char = charAt(text, at)
  const better = instead[char]
  if (better !== undefined) return { message: `${char} is no sign of an expression; write ${better}`, at }
  return {
    message: control.test(char) ? 'a control character' : `${char} means nothing here; quote text that holds it`,
    at,
  }
}
