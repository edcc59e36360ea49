import path from 'node:path'
import { expect, test } from 'vitest'
import { walk } from './source-file.ts'
import { freeDirs, packages, sourceFilesIn } from './workspace.ts'

const all = [...new Set([...packages.flatMap((p) => [...p.src, ...p.tests]), ...freeDirs.flatMap(sourceFilesIn)])]

test('a file is called after what it holds, not utils', () => {
  const vague = /^(utils?|helpers?|misc|common|shared)\b/
  expect(all.map((f) => f.path).filter((p) => p.split('/').some((part) => vague.test(part)))).toEqual([])
})

test('file names are kebab-case', () => {
  expect(all.map((f) => f.path).filter((p) => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(path.posix.basename(p)))).toEqual([])
})

test('exports have names', () => {
  const found = all
    .filter((file) => !file.path.endsWith('.config.ts'))
    .flatMap((file) => {
      const lines: string[] = []
      walk(file.program, (node) => {
        if (node.type === 'ExportDefaultDeclaration')
          lines.push(`${file.path}:${file.lineAt(node.start)} default export`)
      })
      return lines
    })
  expect(found).toEqual([])
})
