Third-party libraries in lib/, with their licences. Those with several licences may be used under any of them.
A licence's text and the notices it asks for are in META-INF of the library.

<#list dependencyMap as e>
${e.getKey().groupId}:${e.getKey().artifactId}:${e.getKey().version} (${e.getValue()?join(", ")})
</#list>
