/** The trainer: learns from labelled images and exports checkpoints. */
package dev.millrace.trainer;
