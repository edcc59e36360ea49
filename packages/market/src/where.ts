import { BoundedMap } from '@souk/kernel'
import { factsOf, meets, type Offer, type ParsedExpression, parseExpression, type Refusal, unmetText } from '@souk/wire'
import { never } from './refusal.ts'

/** Expressions whose trees are remembered; each is parsed again when it was pushed out. */
const parsedMax = 1024

// What a text parses to never changes, so every market of this process may share it.
const parsed = new BoundedMap<string, ParsedExpression>(parsedMax)

function treeOf(where: string): ParsedExpression {
  let tree = parsed.get(where)
  if (!tree) {
    tree = parseExpression(where)
    parsed.push(where, tree)
  }
  return tree
}

/** Why a host with this offer does not meet the expression; undefined when it does. Text from elsewhere never throws. */
export function decideWhere(offer: Offer, where: string): Refusal | undefined {
  const tree = treeOf(where)
  if (!tree.ok) return never('where-invalid', tree.fault.message)
  const facts = factsOf(offer)
  if (meets(tree.expression, facts)) return undefined
  return never('where-unmet', unmetText(tree.expression, facts) ?? where)
}
