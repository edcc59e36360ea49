import type { Command } from 'commander'
import { parsePairs } from './amounts.ts'
import { usageError } from './cli-error.ts'
import { collect } from './command-module.ts'

/** What this peer's owner says of tenants: whose tasks get more than others'. */
export interface TenantOptions {
  tenantWeight?: string[]
}

export interface TenantSettings {
  weights: Record<string, number>
}

const weightMax = 1000

export function addTenantOptions(command: Command): Command {
  return command.option(
    '--tenant-weight <name=n>',
    'what waits here gets room n times as much as of a tenant without (repeatable)',
    collect,
  )
}

/** Checks the options; every problem names its flag. */
export function tenantSettings(options: TenantOptions): TenantSettings {
  const pairs = Object.entries(parsePairs('--tenant-weight', options.tenantWeight ?? [], true))
  return { weights: Object.fromEntries(pairs.map(([tenant, text]) => [tenant, weightOf(tenant, text)])) }
}

function weightOf(tenant: string, text: string): number {
  const weight = Number(text)
  if (text.trim() !== '' && weight >= 1 / weightMax && weight <= weightMax) return weight
  throw usageError(`--tenant-weight: '${tenant}=${text}'; a weight is a number from ${1 / weightMax} to ${weightMax}`)
}

/** The options again as words. */
export function tenantArguments({ tenantWeight = [] }: TenantOptions): string[] {
  return tenantWeight.flatMap((text) => ['--tenant-weight', text])
}
