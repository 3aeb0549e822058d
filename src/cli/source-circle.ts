#!/usr/bin/env node
// The same program: it tells by its command line which face is asked for.
import './tap-circle.js';
