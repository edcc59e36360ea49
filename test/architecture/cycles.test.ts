import path from 'node:path'
import { expect, test } from 'vitest'
import { cyclesOf } from './cycles.ts'
import { freeDirs, isRelative, libraryOf, packages, sourceFilesIn } from './workspace.ts'

const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges))

test('cycles are found wherever they are, and only they', () => {
  expect(cyclesOf(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([])
  expect(cyclesOf(graph({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual([['b', 'c']])
  expect(cyclesOf(graph({ a: ['a'], b: ['a'] }))).toEqual([['a']])
  expect(cyclesOf(graph({ a: ['b'], b: ['a', 'c'], c: ['d'], d: ['e'], e: ['c'] }))).toEqual([
    ['c', 'd', 'e'],
    ['a', 'b'],
  ])
})

test('no file imports itself through others, types included', () => {
  const files = [...packages.flatMap((p) => [...p.src, ...p.tests]), ...freeDirs.flatMap(sourceFilesIn)]
  const entry = new Map(packages.map((p) => [p.manifest.name, `${p.dir}/src/index.ts`]))
  const edges = files.map((file): [string, string[]] => [
    file.path,
    file.imports.flatMap(({ specifier }) =>
      isRelative(specifier)
        ? path.posix.join(path.posix.dirname(file.path), specifier)
        : (entry.get(libraryOf(specifier)) ?? []),
    ),
  ])
  expect(cyclesOf(new Map(edges))).toEqual([])
})

test('no package depends on itself through others', () => {
  const edges = packages.map((p): [string, string[]] => [p.manifest.name, Object.keys(p.manifest.dependencies ?? {})])
  expect(cyclesOf(new Map(edges))).toEqual([])
})
