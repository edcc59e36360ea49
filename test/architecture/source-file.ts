import { readFileSync } from 'node:fs'
import { type Node, type Program, parseSync } from 'oxc-parser'

/** One TypeScript file, parsed. */
export interface SourceFile {
  /** from the root of the repository, with / */
  path: string
  lines: number
  program: Program
  imports: Import[]
  lineAt(offset: number): number
}

export interface Import {
  specifier: string
  line: number
}

export function parseSourceFile(root: string, path: string): SourceFile {
  const text = readFileSync(`${root}/${path}`, 'utf8')
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]!.message}`)
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length
  const imports: Import[] = []
  walk(program, (node) => {
    const specifier = specifierOf(node)
    if (specifier !== undefined) imports.push({ specifier, line: lineAt(node.start) })
  })
  return { path, lines: text.trimEnd().split('\n').length, program, imports, lineAt }
}

function specifierOf(node: Node): string | undefined {
  const imports = [
    'ImportDeclaration',
    'ExportNamedDeclaration',
    'ExportAllDeclaration',
    'ImportExpression',
    'TSImportType',
  ]
  if (!imports.includes(node.type) || !('source' in node)) return undefined
  const source = node.source as Node | null
  return source?.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined
}

/** Every node, with its parent and the parent's field it sits in. */
export function walk(node: Node, visit: (node: Node, parent?: Node, field?: string) => void): void {
  const step = (current: Node, parent?: Node, field?: string) => {
    visit(current, parent, field)
    for (const [key, value] of Object.entries(current)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) step(child, current, key)
    }
  }
  step(node)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
