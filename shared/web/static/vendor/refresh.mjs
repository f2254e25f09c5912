// Fetches what manifest.json of each folder names, at the versions it names, and writes each file's checksum back. Run
// scripts/vendor.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "belgrano-vendor-"));

/** The package's files, unpacked. */
function unpack({ name, version }) {
  const options = { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
  const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", "--json", `${name}@${version}`], options));
  execFileSync("tar", ["xzf", filename], options);
  return join(folder, "package");
}

/** A library whose package is in many modules, with what it takes in turn: those that `entry` names and no others, as one. */
function bundled({ name, version }, { bundle: entry, with: bundler, to }, here) {
  const options = { cwd: folder, stdio: ["ignore", "ignore", "inherit"] };
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", `${name}@${version}`, bundler], options);
  copyFileSync(join(here, entry), join(folder, entry));
  const flags = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=eof", `--outfile=${to}`];
  execFileSync("npx", ["esbuild", entry, ...flags, "--log-level=warning"], options);
  return readFileSync(join(folder, to));
}

/** One drawing of Lucide's as a symbol of our sprite. */
function symbol(source, name) {
  const lines = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${lines.replace(/\s*\n\s*/g, "")}</symbol>`;
}

function sprite(unpacked, { version, icons }) {
  const symbols = Object.entries(icons.names).map(([ours, theirs]) =>
    symbol(readFileSync(join(unpacked, "icons", `${theirs}.svg`), "utf8"), ours),
  );
  const comment = `<!-- Lucide ${version}, ISC: lucide.LICENSE.txt -->`;
  return `<svg xmlns="http://www.w3.org/2000/svg">${comment}\n${symbols.join("\n")}\n</svg>\n`;
}

function write(here, file, content) {
  writeFileSync(join(here, file.to), content);
  file.sha256 = createHash("sha256").update(content).digest("hex");
}

/** What the manifest of a folder names, into that folder. */
function refresh(here) {
  const manifestPath = join(here, "manifest.json");
  const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
  for (const entry of manifest.packages) {
    const unpacked = unpack(entry);
    for (const file of entry.files) {
      // A licence that its package leaves out is kept here by hand.
      const kept = () => readFileSync(file.from ? join(unpacked, file.from) : join(here, file.to));
      const content = file.bundle ? bundled(entry, file, here) : kept();
      write(here, file, file.append ? Buffer.concat([content, Buffer.from(file.append)]) : content);
    }
    if (entry.icons) write(here, entry.icons, sprite(unpacked, entry));
    rmSync(unpacked, { recursive: true });
  }
  writeFileSync(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
}

for (const here of process.argv.slice(2)) refresh(here);
rmSync(folder, { recursive: true });
