/**
 * What members, and those who would like to be, do that no honest one does: what there is of it, who has done it, and how much.
 *
 * <p>Raft tolerates members that fail, and not members that lie. So this sees some lies, and does not make the others harmless: it tells
 * people whom to look at.
 */
package io.quorate.engine.detection;
