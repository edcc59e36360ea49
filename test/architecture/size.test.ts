import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type SourceFile, walk } from './source-file.ts'
import { freeDirs, packages, root, sourceFilesIn } from './workspace.ts'

const fileLinesMax = 500
const fileLinesSoftMax = 300
const functionLinesMax = 70
const fileLinesMedianMax = 120

const sources = [...packages.flatMap((p) => p.src), ...sourceFilesIn('node/src')]
const all = [...new Set([...sources, ...packages.flatMap((p) => p.tests), ...freeDirs.flatMap(sourceFilesIn)])]

/** Files over the soft cap and how long they may be. Lower a number when its file shrinks; never raise one. */
const exceptions = JSON.parse(readFileSync(`${root}/test/architecture/long-files.json`, 'utf8')) as Record<
  string,
  number
>

test(`no file is over ${fileLinesMax} lines`, () => {
  expect(all.filter((f) => f.lines > fileLinesMax).map((f) => `${f.path}: ${f.lines} lines`)).toEqual([])
})

test(`no file is over ${fileLinesSoftMax} lines that long-files.json does not allow, nor over what it allows`, () => {
  const over = all.filter((f) => f.lines > Math.max(fileLinesSoftMax, exceptions[f.path] ?? 0))
  expect(
    over.map((f) => `${f.path}: ${f.lines} lines, allowed ${exceptions[f.path] ?? fileLinesSoftMax}; split it`),
  ).toEqual([])
})

test('long-files.json lists only files that need it', () => {
  const stale = Object.keys(exceptions).filter((path) => {
    const file = all.find((f) => f.path === path)
    return file === undefined || file.lines <= fileLinesSoftMax
  })
  expect(stale.map((path) => `${path}: take it off the list`)).toEqual([])
})

test(`half of the files have at most ${fileLinesMedianMax} lines`, () => {
  const lengths = sources.map((f) => f.lines).sort((a, b) => a - b)
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(fileLinesMedianMax)
})

const functionTypes = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']

function longFunctions(file: SourceFile): string[] {
  const found: string[] = []
  walk(file.program, (node) => {
    if (!functionTypes.includes(node.type)) return
    const [first, last] = [file.lineAt(node.start), file.lineAt(node.end)]
    if (last - first + 1 > functionLinesMax) found.push(`${file.path}:${first} ${last - first + 1} lines`)
  })
  return found
}

test(`no function is over ${functionLinesMax} lines`, () => {
  expect(sources.flatMap(longFunctions)).toEqual([])
})
