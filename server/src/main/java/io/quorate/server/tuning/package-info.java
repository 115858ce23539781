/**
 * What would make writes faster, from where their time goes: which settings are worth a trial, and whether a trial was a gain. Pure: it
 * measures nothing, changes nothing and knows no clock. docs/tuning.md is what operators read.
 */
@NullMarked
package io.quorate.server.tuning;

import org.jspecify.annotations.NullMarked;
