#!/usr/bin/env node
import process from 'node:process';
import { enter } from './front-door.js';
import { targetSegment } from './target-segment-program.js';

void enter(targetSegment, process);
