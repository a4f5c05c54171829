-- Copyright The QuantumRerank Authors.
-- SPDX-License-Identifier: Apache-2.0

-- Health of a Reranker for Argo CD. In the ConfigMap argocd-cm it stands under
-- resource.customizations.health.quantumrerank.io_Reranker.

local function health(status, message)
  return { status = status, message = message }
end

local status = obj.status
if status == nil or status.conditions == nil then
  return health("Progressing", "the operator has not looked at it yet")
end

local conditions = {}
for _, condition in ipairs(status.conditions) do
  conditions[condition.type] = condition
end
local function is(kind)
  return conditions[kind] ~= nil and conditions[kind].status == "True"
end

if is("Paused") then
  return health("Suspended", conditions.Paused.message)
end
if status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "the operator has not looked at the latest change yet")
end
local ready = conditions.Ready
if ready == nil then
  return health("Progressing", "the operator has not looked at it yet")
end
if ready.reason == "Suspended" or ready.reason == "ScaledToZero" then
  return health("Suspended", ready.message)
end
if is("Stalled") then
  return health("Degraded", conditions.Stalled.reason .. ": " .. conditions.Stalled.message)
end
if ready.status == "True" then
  if is("Reconciling") then
    return health("Progressing", conditions.Reconciling.message)
  end
  return health("Healthy", ready.message)
end
-- What only takes time is no trouble.
if ready.reason == "PodsStarting" or ready.reason == "WaitingForDeletion" then
  return health("Progressing", ready.message)
end
return health("Degraded", ready.reason .. ": " .. ready.message)
