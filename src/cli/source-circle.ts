#!/usr/bin/env node
import process from 'node:process';
import { enter } from './front-door.js';
import { tapCircle } from './tap-circle-program.js';

void enter(tapCircle, process);
