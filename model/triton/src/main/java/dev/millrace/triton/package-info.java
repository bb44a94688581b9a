/** Reads model repositories that were made for NVIDIA Triton, without changing them. */
package dev.millrace.triton;
