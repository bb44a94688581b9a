/** The interface of the benchmarks, which {@code millrace bench} runs. */
package dev.millrace.service.bench;
