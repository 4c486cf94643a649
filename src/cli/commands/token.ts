/** `radar token`: a token for `radar serve`. */
import { type Role, roles } from "../../server/protocol.ts";
import type { Command } from "../command.ts";
import { exitCodes, UsageError } from "../errors.ts";

/** `radar token <file>`. */
export const tokenCommand: Command = {
  name: "token",
  summary: "Make a token for radar serve, and add its SHA-256 to a file",
  args: {
    file: { type: "positional", description: "file of tokens; made where missing" },
    name: { type: "string", valueHint: "name", description: "whose it is; one of the same name is replaced" },
    role: { type: "string", valueHint: "role", description: "viewer, operator or admin" },
  },
  examples: ["radar token tokens.json --name line-3 --role operator"],
  run: async (args, { output }) => {
    const [file = ""] = args.positionals;
    const name = args.text("name");
    const role: Role | undefined = args.choice("role", roles);
    if (name === undefined || role === undefined) {
      throw new UsageError(`expected --name and --role, got ${name === undefined ? "no name" : "no role"}.`);
    }
    const { addToken } = await import("../../server/access.ts");
    output.data(await addToken(file, { name, role }));
    output.note(
      `${file}: ${name} is ${role}. The token is shown once; radar serve reads the file when it starts.`,
    );
    return exitCodes.done;
  },
};
