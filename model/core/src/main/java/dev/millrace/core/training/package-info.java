/** What a training is asked for and what it tells: plain values, and the port to whoever trains. */
package dev.millrace.core.training;
