import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packages, root } from './workspace.ts'

const linesMin = 10
const linesMax = 30

function fault(dir: string): string | undefined {
  const path = `${dir}/README.md`
  if (!existsSync(`${root}/${path}`)) return `${path} is missing`
  const text = readFileSync(`${root}/${path}`, 'utf8').trimEnd()
  const lines = text.split('\n').length
  if (lines < linesMin || lines > linesMax) return `${path} has ${lines} lines`
  return text.includes('```') ? undefined : `${path} has no example`
}

test(`each package has a README of ${linesMin} to ${linesMax} lines with an example`, () => {
  expect(packages.flatMap(({ dir }) => fault(dir) ?? [])).toEqual([])
})
