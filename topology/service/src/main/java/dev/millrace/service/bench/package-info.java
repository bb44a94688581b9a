/** The port to the benchmarks, which {@code millrace bench} runs. */
package dev.millrace.service.bench;
