import { expect, it } from 'vitest'
import type { Fault } from '../src/faults/fault.ts'
import { driveFaults } from '../src/faults/fault-driver.ts'
import { runFor, worldOf } from './recorder.ts'
