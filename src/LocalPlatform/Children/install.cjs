// Installs the npm packages named by ../package-lock.json, unless another build has just done so.
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { hold } = require('./lock.cjs');

const folder = path.resolve(__dirname, '..');
const installed = path.join(folder, 'node_modules/.package-lock.json');
const wanted = path.join(folder, 'package-lock.json');

hold(path.join(folder, 'node_modules')).then(() => {
  if (fs.existsSync(installed) && fs.statSync(installed).mtimeMs >= fs.statSync(wanted).mtimeMs) {
    return;
  }

  const npm = spawnSync('npm ci --no-audit --no-fund --loglevel=error', { cwd: folder, shell: true, stdio: 'inherit' });
  if (npm.status !== 0) {
    process.exit(1);
  }

  const now = new Date();
  fs.utimesSync(installed, now, now);
});
