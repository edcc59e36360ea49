import { BoundedMap } from '@souk/kernel'
import { factsOf, meets, type Offer, type ParsedExpression, parseExpression, type Refusal, unmetText } from '@souk/wire'
import { never } from './refusal.ts'

/** Expressions whose trees are remembered; one that was pushed out is parsed again. */
const parsedMax = 1024

// Shared by all markets of this process: what a text parses to never changes.
const parsed = new BoundedMap<string, ParsedExpression>(parsedMax)

function treeOf(where: string): ParsedExpression {
  let tree = parsed.get(where)
  if (!tree) {
    tree = parseExpression(where)
    parsed.push(where, tree)
  }
  return tree
}

/** Why a host with this offer does not meet the expression; undefined: it does. A text that does not parse is a refusal. */
export function decideWhere(offer: Offer, where: string): Refusal | undefined {
  const tree = treeOf(where)
  if (!tree.ok) return never('where-invalid', tree.fault.message)
  const facts = factsOf(offer)
  if (meets(tree.expression, facts)) return undefined
  return never('where-unmet', unmetText(tree.expression, facts) ?? where)
}
