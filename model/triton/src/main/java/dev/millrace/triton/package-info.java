/** Model repositories that were made for NVIDIA Triton, read as they are. */
package dev.millrace.triton;
