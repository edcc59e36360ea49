import { type Expression, expressionLimits, keywords, numberOf, type Operator, operators } from './expression.ts'
import { printExpression } from './print.ts'
import { type ExpressionFault, type Token, tokensOf } from './tokens.ts'

export type ParsedExpression = { ok: true; expression: Expression } | { ok: false; fault: ExpressionFault }

/**
 * The tree of an expression such as `zone in (a, b) && gpu.model ~ "A100" && cores >= 8 && !spot`. Whatever the text,
 * it never throws; time and depth are bounded by `expressionLimits`.
 *
 *     or    = and ('||' and)*
 *     and   = unary ('&&' unary)*
 *     unary = '!' unary | '(' or ')' | name [('==' '!=' '<' '<=' '>' '>=' '~' '!~') value | ['not'] 'in' '(' value (',' value)* ')']
 *
 * A name or value is a word (letters, digits and _ . : / @ + -) or text in double quotes.
 */
export function parseExpression(text: string): ParsedExpression {
  const { charsMax } = expressionLimits
  if (text.length > charsMax)
    return failed(`it has ${text.length} characters; at most ${charsMax} are allowed`, charsMax)
  const tokens = tokensOf(text)
  if (!Array.isArray(tokens)) return { ok: false, fault: tokens }
  const parser = new Parser(tokens)
  const expression = parser.whole()
  if (!expression) return { ok: false, fault: parser.fault! }
  // The printed form may need quotes that the text did not have, and so be longer.
  const printed = printExpression(expression).length
  return printed > charsMax
    ? failed(`in full it has ${printed} characters; at most ${charsMax}`, 0)
    : { ok: true, expression }
}

const failed = (message: string, at: number): ParsedExpression => ({ ok: false, fault: { message, at } })

const comparisons: ReadonlySet<string> = new Set(operators)
const ordered: ReadonlySet<string> = new Set(['<', '<=', '>', '>='])

/** By recursive descent; each method returns undefined once `fault` is set. */
class Parser {
  fault: ExpressionFault | undefined
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0
  #words = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): Expression | undefined {
    const expression = this.#or()
    if (!expression || this.#token.kind === 'end') return expression
    return this.#fail(`${this.#seen} is one too many; needed is && or ||, or the end`)
  }

  get #token(): Token {
    return this.#tokens[this.#next]!
  }

  get #seen(): string {
    const { kind, text } = this.#token
    return kind === 'end' ? 'the end' : kind === 'quoted' ? `"${text}"` : `'${text}'`
  }

  #isSign(text: string): boolean {
    return this.#token.kind === 'sign' && this.#token.text === text
  }

  #take(text: string): boolean {
    if (!this.#isSign(text)) return false
    this.#next++
    return true
  }

  #fail(message: string): undefined {
    const { kind, text, at } = this.#token
    const sign = kind === 'word' ? { and: '&&', or: '||' }[text] : undefined
    this.fault ??= { message: sign === undefined ? message : `write ${sign} for '${text}'`, at }
    return undefined
  }

  #or(): Expression | undefined {
    return this.#chain('or', '||', () => this.#chain('and', '&&', () => this.#unary()))
  }

  #chain(kind: 'and' | 'or', sign: string, term: () => Expression | undefined): Expression | undefined {
    const terms: Expression[] = []
    do {
      const next = term()
      if (!next) return undefined
      terms.push(next)
    } while (this.#take(sign))
    return terms.length === 1 ? terms[0] : { kind, terms }
  }

  #unary(): Expression | undefined {
    if (!this.#isSign('!') && !this.#isSign('(')) return this.#named()
    if (this.#depth === expressionLimits.depthMax) return this.#fail(`nested deeper than ${expressionLimits.depthMax}`)
    this.#depth++
    const term = this.#take('!') ? this.#negated() : this.#inParentheses()
    this.#depth--
    return term
  }

  #negated(): Expression | undefined {
    const term = this.#unary()
    return term && { kind: 'not', term }
  }

  #inParentheses(): Expression | undefined {
    const open = this.#token.at
    this.#next++
    const inner = this.#or()
    if (!inner) return undefined
    if (this.#take(')')) return inner
    return this.#fail(`${this.#seen} instead of ) for the ( at character ${open + 1}`)
  }

  #named(): Expression | undefined {
    const name = this.#word('a label or fact', 'zone == eu')
    if (name === undefined) return undefined
    const { kind, text } = this.#token
    if (kind === 'sign' && comparisons.has(text)) return this.#comparison(name, text as Operator)
    if (kind !== 'word' || !keywords.has(text)) return { kind: 'has', name }
    if (text === 'and' || text === 'or') return this.#fail('')
    this.#next++
    if (text === 'in') return this.#list(name, false)
    if (this.#token.kind !== 'word' || this.#token.text !== 'in') return this.#fail(`${this.#seen} instead of 'in'`)
    this.#next++
    return this.#list(name, true)
  }

  #comparison(name: string, operator: Operator): Expression | undefined {
    this.#next++
    const at = this.#next
    const value = this.#word('a value', `${operator} 8`, true)
    if (value === undefined) return undefined
    if (ordered.has(operator) && numberOf(value) === undefined) {
      this.#next = at
      return this.#fail(`${this.#seen} is no number; ${operator} needs one, such as 8, 1.5 or 16G`)
    }
    return { kind: 'compare', name, operator, value }
  }

  #list(name: string, negated: boolean): Expression | undefined {
    if (!this.#take('(')) return this.#fail(`${this.#seen} instead of a list in parentheses, such as in (a, b)`)
    const values: string[] = []
    do {
      const value = this.#word('a value', 'in (a, b)', true)
      if (value === undefined) return undefined
      values.push(value)
    } while (this.#take(','))
    if (!this.#take(')')) return this.#fail(`${this.#seen} instead of , or )`)
    return { kind: 'in', name, negated, values }
  }

  /** A name (never a keyword unless in quotes, never empty) or a value. */
  #word(what: string, example: string, isValue = false): string | undefined {
    const { kind, text } = this.#token
    const isOne = kind === 'quoted' ? isValue || text !== '' : kind === 'word' && (isValue || !keywords.has(text))
    if (!isOne) return this.#fail(`${this.#seen} instead of ${what}, such as ${example}`)
    if (++this.#words > expressionLimits.wordsMax)
      return this.#fail(`more than ${expressionLimits.wordsMax} names and values`)
    this.#next++
    return text
  }
}
