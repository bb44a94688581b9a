/** The trainer: learns from labelled images and publishes checkpoints. */
package dev.millrace.trainer;
