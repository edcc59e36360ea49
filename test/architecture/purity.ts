import type { Node } from 'oxc-parser'
import { type SourceFile, walk } from './source-file.ts'

const globals = new Set([
  ...['Promise', 'Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
  ...[
    'clearTimeout',
    'clearInterval',
    'console',
    'process',
    'Buffer',
    'structuredClone',
    'globalThis',
    'crypto',
    'fetch',
  ],
  ...['require', 'WeakRef', 'FinalizationRegistry', 'Intl'],
])

/** Methods whose answer depends on the machine, by name. */
const unstableMethods = new Set(['localeCompare', 'toLocaleString', 'toLocaleLowerCase', 'toLocaleUpperCase'])

/** Everything in a file that a pure package may not have, as `path:line what`. Comments and text do not count. */
export function impurities(file: SourceFile): string[] {
  const found: string[] = []
  walk(file.program, (node, parent, field) => {
    const what = impurity(node, parent, field)
    if (what !== undefined) found.push(`${file.path}:${file.lineAt(node.start)} ${what}`)
  })
  for (const { specifier, line } of file.imports) {
    if (specifier.startsWith('node:')) found.push(`${file.path}:${line} imports ${specifier}`)
  }
  return found
}

function impurity(node: Node, parent: Node | undefined, field: string | undefined): string | undefined {
  if ('async' in node && node.async === true) return 'async function'
  if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) return 'await'
  if (node.type === 'ImportExpression') return 'dynamic import'
  if (node.type === 'Identifier' && globals.has(node.name) && !isName(parent, field)) return node.name
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined
  const { name } = node.property
  if (unstableMethods.has(name)) return name
  return node.object.type === 'Identifier' && node.object.name === 'Math' && name === 'random'
    ? 'Math.random'
    : undefined
}

/** Whether an identifier only names a field (`x.process`, `{ process: 1 }`, `type X = { process: 1 }`). */
function isName(parent: Node | undefined, field: string | undefined): boolean {
  if (parent === undefined) return false
  if (parent.type === 'MemberExpression') return field === 'property' && !parent.computed
  return field === 'key' && 'computed' in parent && !parent.computed
}
