#!/usr/bin/env node
import process from 'node:process';
import { circleSandbox } from './circle-sandbox-program.js';

void circleSandbox(process);
