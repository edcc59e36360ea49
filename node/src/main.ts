// The entry of the program `souk`. It must load on an old Node far enough to say so, hence its plain syntax and
// the import of everything else only after the check.
import { nodeProblem } from './node-version.ts'

const problem = nodeProblem(process.versions.node)
if (problem === '') {
  // What was compiled once need not be compiled by the next command.
  process.getBuiltinModule('node:module').enableCompileCache()
  import('./cli.ts').then(
    (cli) => cli.start(),
    (error) => {
      console.error(error)
      process.exitCode = 70
    },
  )
} else {
  console.error(problem)
  process.exitCode = 69
}
