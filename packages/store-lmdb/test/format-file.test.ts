import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkFormat, requireFormat } from '../src/format-file.ts'
import { dataFolder } from './folder.ts'

const formatOf = (folder: string) => readFileSync(join(folder, 'format'), 'utf8')
const withFormat = (text: string) => {
  const folder = dataFolder()
  writeFileSync(join(folder, 'format'), text)
  return folder
}

test('a new folder gets the newest format, and keeps it', () => {
  const folder = dataFolder()
  checkFormat(folder)
  checkFormat(folder)
  expect(formatOf(folder)).toBe('souk 3\n')
  expect(requireFormat(folder)).toBe(3)
})

test('a newer format is refused with what was seen, what is read, and what to do; nothing is changed', () => {
  const folder = withFormat('souk 4\n')
  expect(() => checkFormat(folder, { oldest: 2, newest: 3 })).toThrow(
    /format 4, written by a newer souk; this souk reads formats 2 to 3\. Update souk/,
  )
  expect(formatOf(folder)).toBe('souk 4\n')
})

test('an older format that is still read becomes the newest, so that no older souk opens it again', () => {
  const folder = withFormat('souk 2\n')
  checkFormat(folder, { oldest: 2, newest: 3 })
  expect(formatOf(folder)).toBe('souk 3\n')
})

test('an older format that is not read any more is refused', () => {
  const folder = withFormat('souk 1\n')
  expect(() => checkFormat(folder, { oldest: 2, newest: 3 })).toThrow(expect.objectContaining({ code: 'store-older' }))
})

test('an empty version file is begun anew in an empty folder, and damage beside records', () => {
  const folder = withFormat('')
  checkFormat(folder)
  expect(formatOf(folder)).toBe('souk 3\n')
  const used = withFormat('')
  mkdirSync(join(used, 'records'))
  writeFileSync(join(used, 'records', 'data.mdb'), 'x')
  expect(() => checkFormat(used)).toThrow(expect.objectContaining({ code: 'store-damaged' }))
})
