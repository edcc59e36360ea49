import { type Expression, keywords, plainWord } from './expression.ts'

/** The text of an expression in its one form: what `parseExpression` reads back as the same tree. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'or':
      return expression.terms
        .map((term) => (term.kind === 'or' ? inParentheses(term) : printExpression(term)))
        .join(' || ')
    case 'and':
      return expression.terms.map(within).join(' && ')
    case 'not':
      return `!${within(expression.term)}`
    case 'has':
      return wordText(expression.name)
    case 'compare':
      return `${wordText(expression.name)} ${expression.operator} ${wordText(expression.value)}`
    case 'in': {
      const { name, negated, values } = expression
      return `${wordText(name)} ${negated ? 'not in' : 'in'} (${values.map(wordText).join(', ')})`
    }
  }
}

/** The text of a term of `&&` or `!`: in parentheses if it has several terms itself. */
function within(term: Expression): string {
  return term.kind === 'or' || term.kind === 'and' ? inParentheses(term) : printExpression(term)
}

const inParentheses = (term: Expression): string => `(${printExpression(term)})`

function wordText(text: string): string {
  if (plainWord.test(text) && !keywords.has(text)) return text
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
