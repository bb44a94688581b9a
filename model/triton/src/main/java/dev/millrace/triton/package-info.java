/** Reads model repositories for NVIDIA Triton without changing them. */
package dev.millrace.triton;
